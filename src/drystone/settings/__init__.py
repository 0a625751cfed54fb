"""Settings: frozen values from the process's environment, checked all at once."""

from drystone.settings.platform import Settings
from drystone.settings.reader import SettingsError, SettingsReader
from drystone.settings.variables import Variables

__all__ = ["Settings", "SettingsError", "SettingsReader", "Variables"]
