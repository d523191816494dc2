"""How networks are run: steps from pixels to maps, and the arrays that they were learned with."""
