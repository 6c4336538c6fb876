"""The sentences that people read, and how a report is printed."""
