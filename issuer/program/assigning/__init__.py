"""Who judges what: planned by expertise and load, adjusted by hand, then put in force."""
