"""What is stored of approvals and credentials, and what is read out of it."""
