"""The paper's phase one: a network learns from pairs when two performances are alike."""
