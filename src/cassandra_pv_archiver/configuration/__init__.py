"""Configuration as code, the offline part: what a cluster archives as values, and as files."""

from .applying_reports import (
    AppliedCommand,
    ApplyProgress,
    ApplyProgressHandler,
    ApplyReport,
    PlanFailedError,
    PlanInterruptedError,
    PlanOutdatedError,
)
from .channel_access_options import CHANNEL_ACCESS, OptionProblem
from .channel_access_options import option_problems as channel_access_problems
from .cluster import configuration_of_cluster
from .csv_files import read_csv, write_csv
from .difference import ChannelDifference, ConfigurationDifference, MemberDifference, diff
from .files import ConfigurationFormat, combine_configurations, read_configuration_file, write_configuration_file
from .journal import CommandOutcome, Journal
from .loaded import ConfigurationFile, WrongOptions
from .model import ArchiveConfiguration, ChannelConfiguration, OwnedChannels
from .people_reading import read_toml, read_yaml
from .people_writing import write_toml, write_yaml
from .planning import plan
from .planning_undo import undo
from .plans import Loss, Permission, Plan, PlannedBatch, PlannedCommand, PlanPolicy, WithheldChange
from .prediction import PredictedResult, Prediction, predict
from .problems import ConfigurationProblem, InvalidConfigurationError, Place
from .schema import configuration_schema
from .sources import FileSource
from .xml_reading import read_xml
from .xml_writing import iter_xml, write_xml

__all__ = [
    "CHANNEL_ACCESS",
    "AppliedCommand",
    "ApplyProgress",
    "ApplyProgressHandler",
    "ApplyReport",
    "ArchiveConfiguration",
    "ChannelConfiguration",
    "ChannelDifference",
    "CommandOutcome",
    "ConfigurationDifference",
    "ConfigurationFile",
    "ConfigurationFormat",
    "ConfigurationProblem",
    "FileSource",
    "InvalidConfigurationError",
    "Journal",
    "Loss",
    "MemberDifference",
    "OptionProblem",
    "OwnedChannels",
    "Permission",
    "Place",
    "Plan",
    "PlanFailedError",
    "PlanInterruptedError",
    "PlanOutdatedError",
    "PlanPolicy",
    "PlannedBatch",
    "PlannedCommand",
    "PredictedResult",
    "Prediction",
    "WithheldChange",
    "WrongOptions",
    "channel_access_problems",
    "combine_configurations",
    "configuration_of_cluster",
    "configuration_schema",
    "diff",
    "iter_xml",
    "plan",
    "predict",
    "read_configuration_file",
    "read_csv",
    "read_toml",
    "read_xml",
    "read_yaml",
    "undo",
    "write_configuration_file",
    "write_csv",
    "write_toml",
    "write_xml",
    "write_yaml",
]
