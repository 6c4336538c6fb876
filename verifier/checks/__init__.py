"""What is checked beside the signature: dates, status, copies, evidence, who presents it."""
