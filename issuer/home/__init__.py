"""An issuer's home: its settings, its public files, and the addresses it answers at."""
