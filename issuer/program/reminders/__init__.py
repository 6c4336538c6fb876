"""What the clock makes due: mails about windows, due dates and reviews, and a calendar of them."""
