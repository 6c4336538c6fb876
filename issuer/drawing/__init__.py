"""What is drawn: badges, certificates, codes, previews."""
