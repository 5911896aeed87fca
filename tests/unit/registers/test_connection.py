"""Which engine is opened, and what is said when it can't be."""

from __future__ import annotations

import importlib.util
import os
import socket
import stat
from pathlib import Path

import pytest

from obsante.collect.registers import VARIABLE, address, connect, connection, java
from obsante.collect.registers.failures import connecting, first_line
from obsante.errors import ObsanteError


def setting(engine, name):
    return engine.con.execute(f"SELECT current_setting('{name}')").fetchone()[0]


def refusal(url):
    with pytest.raises(ObsanteError) as error, connect(url):
        pass
    return error.value


@pytest.mark.parametrize(
    ("url", "engine", "servers"),
    [
        ("duckdb", "duckdb", ()),
        ("local", "local", ()),
        ("local[4]", "local", ()),
        ("local[*]", "local", ()),
        ("spark://one:7077,two:7078", "cluster", (("one", 7077), ("two", 7078))),
        ("spark://[::1]:7077", "cluster", (("[::1]", 7077),)),
        ("sc://one", "connect", (("one", 15002),)),
        ("sc://one:15/;use_ssl=true", "connect", (("one", 15),)),
    ],
)
def test_an_address_says_the_engine_and_its_servers(url, engine, servers):
    found = address.find(url)
    assert (found.engine, found.servers) == (engine, servers)


def test_the_variable_is_read_where_nothing_is_asked(monkeypatch):
    assert address.find(None).engine == "duckdb"
    monkeypatch.setenv(VARIABLE, "local[2]")
    assert address.find(None).engine == "local"
    assert address.find("duckdb").engine == "duckdb"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("locl[2]", "'locl[2]'"),
        ("local[0]", "'local[0]'"),
        ("spark://one", "'spark://…'"),
        ("sc://one,two", "'sc://…'"),
        ("postgres://me:hush@host/base", "'postgres://…'"),
        ("me:hush@host", "'…'"),
    ],
)
def test_an_unknown_address_is_refused(monkeypatch, url, shown):
    error = refusal(url)
    assert (error.looked_at, error.found) == ("backend", f"{shown}, of no known form")
    monkeypatch.setenv(VARIABLE, url)
    assert refusal(None).looked_at == f"variable {VARIABLE}"


def test_no_message_shows_who_asks():
    found = address.find("sc://zoe:a%40b@one:15/;token=hush;use_ssl=true;x-key=quiet")
    assert found.shown == "sc://one:15"
    told = found.without_secrets("zoe:a%40b a@b hush quiet use_ssl=true")
    assert told == "*** *** *** *** use_ssl=true"
    with pytest.raises(ObsanteError) as error, connecting(found):
        raise RuntimeError("refused: token hush")
    assert error.value.found == "no session: refused: token ***"
    assert error.value.__suppress_context__


def test_the_message_of_java_is_that_of_its_cause():
    error = Exception("An error occurred while calling None.X.\n: java.io.IOException: full\n\tat")
    assert first_line(error) == "java.io.IOException: full"
    assert first_line(ValueError()) == "ValueError"


def test_duckdb_is_bounded_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with connect(memory=300) as engine:
        assert setting(engine, "memory_limit") == "300.0 MiB"
        folder = Path(setting(engine, "temp_directory"))
        assert folder.parent.parent == tmp_path
        assert setting(engine, "autoinstall_known_extensions") is False
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_memory_goes_to_disk_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with connect(memory=40) as engine:
        engine.con.execute("SET threads = 1")
        query = "SELECT count(*) FROM (SELECT DISTINCT i, md5(i::VARCHAR) FROM range(1000000) t(i))"
        assert engine.con.execute(query).fetchone() == (1_000_000,)
    assert list(tmp_path.iterdir()) == []


def test_memory_is_at_most_two_gigabytes():
    assert connection.LEAST_MEMORY <= connection.default_memory() <= 2048


def test_spark_without_its_packages_is_one_clear_error(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert refusal("local[2]").found == "Python package not installed: pyspark"
    error = refusal("sc://one/;token=hush")
    assert error.found == "Python package not installed: pyspark, grpc, grpc_status"
    assert error.looked_at == "backend sc://one:15002"
    assert "setup/spark.py" in error.remedy


@pytest.fixture
def packages(monkeypatch):
    """Spark's packages as if they were installed."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (None, "no Java on this machine"),
        (java.Java("java", 11), "Java 11"),
        (java.Java("java", 25), "Java 25"),
        (java.Java("/x/java", None), "/x/java does not answer"),
    ],
)
def test_spark_without_a_java_that_suits_is_one_clear_error(monkeypatch, packages, found, told):
    monkeypatch.setattr(java, "find_java", lambda: found)
    error = refusal("local[2]")
    assert error.found == told
    assert "Java 17 or 21" in error.expected


@pytest.mark.skipif(os.name == "nt", reason="a script stands for Java")
@pytest.mark.parametrize(
    ("said", "feature"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_202"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ("No Java runtime present", None),
    ],
)
def test_java_says_its_version(monkeypatch, tmp_path, said, feature):
    command = tmp_path / "bin" / "java"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java.find_java() == java.Java(str(command), feature)


def test_java_is_looked_for_on_the_path_and_may_be_absent(monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert java.find_java() is None
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java.find_java().feature is None


def test_a_server_that_does_not_answer_is_one_clear_error(packages):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        error = refusal(f"sc://127.0.0.1:{port}/;token=hush")
    assert error.found.startswith(f"no answer: 127.0.0.1:{port} ")
    assert "hush" not in str(error)
