"""The structure of the code, its types, lint and format: who may import whom, how long a file may be, and so on."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "playground").rglob("*.py"))
BASE = {"errors", "config", "device"}
MAY_IMPORT = {
    "errors": set(),
    "config": {"errors"},
    "device": {"errors", "config"},
    "figures": BASE,
    "text": BASE | {"text"},
    "model": BASE | {"model"},
    "training": BASE | {"text", "model", "training"},
    "sampling": BASE | {"text", "model", "sampling"},
    "cost": BASE | {"text", "model", "training"},
    "evaluation": BASE | {"text", "model", "training", "sampling", "evaluation"},
    "cli": BASE | {"text", "model", "training", "sampling", "evaluation", "cost", "figures", "cli", "ui"},
    "ui": BASE | {"text", "model", "training", "sampling", "evaluation", "cost", "figures", "ui"},
    "__init__": BASE | {"text", "model", "training", "sampling", "evaluation", "cost"},
    "__main__": {"cli"},
}
"""For every room the rooms that it may import."""
WITHIN_TRAINING = {"loop": {"loop"}, "runs": {"loop", "runs"}, "jobs": {"loop", "runs", "jobs"}}
"""For every room in `training/` the rooms there that it may import."""
MAX_FILES_IN_A_FOLDER = 15
WIDGETS = sorted(path for path in (ROOT / "playground/ui/widgets").iterdir() if (path / "__init__.py").is_file())
SCRIPT_FOLDERS = ("../playground/ui", "ui")  # as seen from tests/
SCRIPTS = sorted(path.resolve() for folder in SCRIPT_FOLDERS for path in (ROOT / "tests" / folder).rglob("*.js"))
FOLDERS = sorted({path.parent for path in (ROOT / "playground").rglob("*") if path.suffix in (".py", ".js")})


def room(path: Path) -> str:
    return path.relative_to(ROOT / "playground").parts[0].removesuffix(".py")


def imported_modules(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out in full"
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def rooms_imported(path: Path) -> set[str]:
    parts = [module.split(".") for module in imported_modules(path)]
    return {part[1] for part in parts if part[0] == "playground" and len(part) > 1}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_data_flows_one_way(path: Path) -> None:
    rooms = {name for name in rooms_imported(path) if name in MAY_IMPORT}
    assert rooms <= MAY_IMPORT[room(path)], f"{path} reaches back"


@pytest.mark.parametrize("path", sorted((ROOT / "playground/training").rglob("*/*.py")), ids=lambda path: path.name)
def test_within_training_the_loop_knows_no_run_and_a_run_knows_no_process(path: Path) -> None:
    parts = [module.split(".") for module in imported_modules(path)]
    rooms = {part[2] for part in parts if part[:2] == ["playground", "training"] and len(part) > 2}
    own = path.relative_to(ROOT / "playground/training").parts[0]
    assert rooms <= WITHIN_TRAINING[own], f"{path} reaches back"


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {module_name(path): path for path in FILES}
    imports = {name: loaded_with(path, set(names)) - {name} for name, path in names.items()}
    while leaves := {name for name, imported in imports.items() if not imported}:
        imports = {name: imported - leaves for name, imported in imports.items() if name not in leaves}
    assert not imports, f"these modules, or some that they import, form a circle: {sorted(imports)}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def loaded_with(path: Path, known: set[str]) -> set[str]:
    """The `known` modules that are imported when this one is: not those that only functions import."""
    modules: set[str] = set()
    nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while nodes:
        match nodes.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=otherwise):
                nodes += otherwise
            case ast.Import(names=names):
                modules |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names):
                full = {f"{module}.{alias.name}" for alias in names}
                modules |= full if full <= known else full | {module}  # else it uses what the package itself defines
            case node:
                nodes += ast.iter_child_nodes(node)
    return modules & known


@pytest.mark.parametrize("suffix", [".py", ".js"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_folder_can_be_read_at_a_glance(folder: Path, suffix: str) -> None:
    files = [path.name for path in folder.iterdir() if path.suffix == suffix and path.name != "__init__.py"]
    assert len(files) <= MAX_FILES_IN_A_FOLDER, f"{folder} holds {len(files)} {suffix} files: {sorted(files)}"


@pytest.mark.parametrize("folder", WIDGETS, ids=lambda folder: folder.name)
def test_a_widget_is_a_folder_with_a_class_a_module_a_style_sheet_and_a_template(folder: Path) -> None:
    own = {suffix: folder / f"{folder.name}{suffix}" for suffix in (".py", ".js", ".css", ".html")}
    assert [path.name for path in own.values() if not path.is_file()] == []
    assert "(Widget):" in own[".py"].read_text(encoding="utf-8")
    assert "export function mount(" in own[".js"].read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_page_knows_gradio_and_only_figures_knows_matplotlib(path: Path) -> None:
    libraries = {module.split(".")[0] for module in imported_modules(path)}
    assert "gradio" not in libraries or room(path) == "ui"
    assert "matplotlib" not in libraries or room(path) == "figures"


@pytest.mark.process
def test_importing_the_package_loads_neither_gradio_nor_matplotlib() -> None:
    code = "import sys, playground; print({'gradio', 'matplotlib'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_one_job(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


def test_the_root_holds_only_what_it_should() -> None:
    shown = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    allowed = {"app.py", "playground", "tests", "checkpoints", "requirements.txt", "README.md", "pyproject.toml"}
    assert shown - {"__pycache__"} <= allowed


def test_app_stays_thin() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 40


def test_ci_runs_the_command_that_the_readme_gives() -> None:
    command = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.quick  # although it starts a process
@pytest.mark.process
@pytest.mark.parametrize(
    "arguments", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=["lint", "format", "types"]
)
def test_code_is_linted_formatted_and_typed(arguments: list[str]) -> None:
    found = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


@pytest.mark.quick  # although it starts processes
@pytest.mark.process
def test_scripts_are_typed_and_linted_without_exception(node_tools: Path) -> None:
    listed = run_tool(node_tools, "tsc", "--project", "tsconfig.json", "--listFilesOnly").splitlines()
    assert [path for path in SCRIPTS if str(path) not in listed] == []
    run_tool(node_tools, "tsc", "--project", "tsconfig.json")
    assert f"Checked {len(SCRIPTS)} files" in run_tool(node_tools, "biome", "lint", "--config-path=.", *SCRIPT_FOLDERS)
    silenced = re.compile("@ts-(nocheck|ignore|expect-error)|biome-ignore-all")
    assert [path.name for path in SCRIPTS if silenced.search(path.read_text(encoding="utf-8"))] == []


def run_tool(tools: Path, name: str, *arguments: str) -> str:
    found = subprocess.run([tools / name, *arguments], cwd=ROOT / "tests", capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout + found.stderr


@pytest.fixture
def node_tools() -> Path:
    """The folder of `tsc` and `biome`; missing ones are installed. Skips where Node or its registry is not available.

    Where CI=true it fails instead.
    """
    tools = ROOT / "tests/node_modules/.bin"
    problem = "" if (tools / "tsc").exists() and (tools / "biome").exists() else install_node_tools()
    if problem and os.environ.get("CI") == "true":
        pytest.fail(problem)
    if problem:
        pytest.skip(problem)
    return tools


def install_node_tools() -> str:
    """Install what `tests/package.json` names; returns why that is not possible, or an empty string."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node is not installed, so scripts are neither typed nor linted."
    command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--fetch-retries=1", "--prefix", "tests"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    if found.returncode == 0:
        return ""
    return f"npm cannot install tsc and biome: {next(iter(found.stderr.splitlines()), 'it gives no reason')}"
