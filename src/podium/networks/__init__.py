"""How networks are run: small ones by NumPy, those that see pictures by one light runtime."""
