"""Pages of `docs/`, generated from what they describe so that they cannot fall behind; `make docs` writes them."""
