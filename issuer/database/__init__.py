"""The database: sessions for one purpose each."""
