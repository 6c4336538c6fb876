"""Credentials inside pictures, PNG and SVG: bake and unbake (Open Badges 3.0, File Format).

A credential from a picture is as untrusted as any other text, and the picture itself proves
nothing (OB-57). Baking inserts the credential and leaves every other byte as it was.
"""

from verifier.intake.baking.carried import MAX_CREDENTIAL_BYTES as MAX_CREDENTIAL_BYTES
from verifier.intake.baking.carried import BakingError as BakingError
from verifier.intake.baking.carried import PackedError as PackedError
from verifier.intake.baking.carried import bare as bare
from verifier.intake.baking.carried import is_compact_jws as is_compact_jws
from verifier.intake.baking.carried import is_credential as is_credential
from verifier.intake.baking.carried import is_token as is_token
from verifier.intake.baking.carried import is_token_cut_off as is_token_cut_off
from verifier.intake.baking.png import PNG_SIGNATURE as PNG_SIGNATURE
from verifier.intake.baking.png import bake_png as bake_png
from verifier.intake.baking.png import png_credentials as png_credentials
from verifier.intake.baking.png import unbake_png as unbake_png
from verifier.intake.baking.svg import bake_svg as bake_svg
from verifier.intake.baking.svg import svg_credentials as svg_credentials
from verifier.intake.baking.svg import unbake_svg as unbake_svg
