"""What the API of booking takes and answers, for its description; the answers are made in :mod:`..serializers`."""
