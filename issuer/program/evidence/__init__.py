"""Evidence of what students did: files, links, and the consent that each of them has."""
