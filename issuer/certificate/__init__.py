"""The certificate: PDF by Typst, both QR codes."""

from issuer.certificate.pdf import Certificate as Certificate
from issuer.certificate.pdf import render as render
from issuer.certificate.pdf import serial as serial
from issuer.certificate.qr_codes import check_code as check_code
from issuer.certificate.qr_codes import offline_code as offline_code
