"""Who judges what: a plan by expertise and load, looked at, moved by hand, and put in force."""
