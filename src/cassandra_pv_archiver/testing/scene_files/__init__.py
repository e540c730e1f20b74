"""Scenes from files: a simulated cluster, its channels and what goes wrong, in TOML or YAML."""

from .errors import SceneError
from .scenes import Scene, load_scene, scene_schema

__all__ = ["Scene", "SceneError", "load_scene", "scene_schema"]
