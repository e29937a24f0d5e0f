"""The sandbox payment gateway: another party, in a process of its own.

It speaks a protocol modelled on WeChat Pay v3 (signed JSON requests, a pay page, signed and retried
notices) so that the demo and the tests exercise real RSA signatures, and it can misbehave on purpose.
It imports nothing of the product: the two sides know each other only by their keys and by HTTP.
"""
