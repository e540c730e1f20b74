"""Configuration as code, the offline part: what a cluster archives as values, and as files."""

from .channel_access_options import CHANNEL_ACCESS, OptionProblem
from .channel_access_options import option_problems as channel_access_problems
from .loaded import ConfigurationFile
from .model import ArchiveConfiguration, ChannelConfiguration, OwnedChannels
from .prediction import PredictedResult, Prediction, predict
from .problems import ConfigurationProblem, InvalidConfigurationError, Place
from .sources import FileSource
from .xml_reading import read_xml
from .xml_writing import iter_xml, write_xml

__all__ = [
    "CHANNEL_ACCESS",
    "ArchiveConfiguration",
    "ChannelConfiguration",
    "ConfigurationFile",
    "ConfigurationProblem",
    "FileSource",
    "InvalidConfigurationError",
    "OptionProblem",
    "OwnedChannels",
    "Place",
    "PredictedResult",
    "Prediction",
    "channel_access_problems",
    "iter_xml",
    "predict",
    "read_xml",
    "write_xml",
]
