"""``make bench``: the product beside a bare reference, in the same run on the same machine."""
