"""The product's settings with Channels' stock layer: what the reference of W2 is served with."""

from hospital.settings import *  # noqa: F403
from hospital.settings import REDIS_URL

CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
}
