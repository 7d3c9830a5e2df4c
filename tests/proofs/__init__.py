"""Proofs: the product's promises tried for long, with real servers, real mail and real deaths (`make prove`)."""
