"""The certificate: PDF by Typst, both QR codes."""
