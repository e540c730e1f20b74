"""Configuration as code, the offline part: what a cluster archives as values, and as files."""

from .channel_access_options import CHANNEL_ACCESS, OptionProblem
from .channel_access_options import option_problems as channel_access_problems
from .model import ArchiveConfiguration, ChannelConfiguration, OwnedChannels
from .problems import ConfigurationProblem, InvalidConfigurationError, Place

__all__ = [
    "CHANNEL_ACCESS",
    "ArchiveConfiguration",
    "ChannelConfiguration",
    "ConfigurationProblem",
    "InvalidConfigurationError",
    "OptionProblem",
    "OwnedChannels",
    "Place",
    "channel_access_problems",
]
