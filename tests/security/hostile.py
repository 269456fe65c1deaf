"""나쁜 제출물의 목록. 공격 하나는 작은 연습(`tests/grading/conftest.py`)의 파일 몇 개를 바꾼 것이다.

공격 코드의 `SECRET`, `SIBLING`, `TCP` 같은 대문자 이름은 시험이 진짜 값으로 채운다. 훔친 것은 예외의 글이나 답으로 내보낸다:
채점 결과에 그 글이 보이면 공격이 성공한 것이다.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """공격 하나. `where`는 코드를 넣을 자리다: 불러올 때(import), 자산의 몸(asset), 테스트 파일(test), 다른 파일(file:이름).

    `unisolated`는 격리 없이도 판정을 속이지 못한다고 약속하는 공격이고, `harms`는 격리가 없으면 정말로 해를 끼치는 공격이다:
    아무 층도 걸지 않고 시켜서, 공격 코드에 잘못이 있어 조용한 것이 아님을 확인한다.
    """

    name: str
    code: str
    where: str = "import"
    unisolated: bool = False
    harms: bool = False


# 훔친 것을 채점 결과에 실어 내보내는 함수.
SAY = "def say(x): raise ValueError('훔침 ' + str(x)[:1500])\n"

# 판정을 속이거나 성적표와 화면을 어지럽힌다.
VERDICT = (
    # ---- 결과 통로로 거짓 답을 보낸다
    Attack("forge-nan", "import course_lib.grading.wire as w\nreal = w.send\n"
           "w.send = lambda s, c, **k: real(s, {'ok': {'value': {'type': 'DataFrame', 'frame': pd.DataFrame({'n': [float('nan')] * 2})}, "
           "'inputs_after': {}}})", unisolated=True),
    Attack("forge-every-answer", "import course_lib.grading.wire as w\nreal = w.send\n"
           "w.send = lambda s, c, **k: real(s, {'ok': {'outcome': 'correct', 'points': 10}, 'outcome': 'correct', 'points': 10})",),
    Attack("answer-in-advance", "import gc, json, socket, struct\n"
           "s = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
           "h = json.dumps({'$': {'$map': [['ok', {'$map': []}]]}, 'bodies': []}).encode()\ns.sendall((struct.pack('!I', len(h)) + h) * 500)"),
    Attack("endless-answers", "import gc, socket\ns = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
           "try:\n    while True: s.sendall(b'\\0' * 65536)\nfinally: pass"),
    Attack("negative-body", "import gc, json, socket, struct\ns = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
           "h = json.dumps({'$': {'$blob': 0}, 'bodies': [-5]}).encode()\ns.sendall(struct.pack('!I', len(h)) + h)"),
    Attack("deep-json", "import gc, socket, struct\ns = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
           "h = b'{\"$\":' + b'[' * 200000 + b']' * 200000 + b',\"bodies\":[]}'\ns.sendall(struct.pack('!I', len(h)) + h)", unisolated=True),
    Attack("arrow-bomb", "import course_lib.grading.wire as w, pyarrow as pa\n"
           "def bomb(f):\n    sink = pa.BufferOutputStream()\n    o = pa.ipc.IpcWriteOptions(compression='zstd')\n"
           "    t = pa.table({'n': pa.array([0] * 1000)})\n"
           "    with pa.ipc.new_stream(sink, t.schema, options=o) as out:\n"
           "        b = pa.record_batch([pa.Array.from_buffers(pa.int64(), 30_000_000, [None, pa.py_buffer(bytes(240_000_000))])], schema=t.schema)\n"
           "        for _ in range(8): out.write_batch(b)\n"
           "    return sink.getvalue().to_pybytes()\nw.encode_frame = bomb"),
    Attack("hostile-arrow-extension", "import course_lib.grading.wire as w, pyarrow as pa, pickle\n"
           "class Boom:\n    def __reduce__(self): return (__import__('pathlib').Path.write_text, (__import__('pathlib').Path('SIBLING'), 'hacked'))\n"
           "meta = {b'ARROW:extension:name': b'arrow.py_extension_type', b'ARROW:extension:metadata': pickle.dumps(Boom())}\n"
           "def send(f):\n    sink = pa.BufferOutputStream()\n    schema = pa.schema([pa.field('n', pa.int64(), metadata=meta)])\n"
           "    with pa.ipc.new_stream(sink, schema) as out: out.write_table(pa.table([[2, 10]], schema=schema))\n"
           "    return sink.getvalue().to_pybytes()[:-3] + b'x'\nw.encode_frame = send"),
    Attack("faked-fault", "import course_lib.grading.wire as w\nreal = w.send\n"
           "w.send = lambda s, c, **k: real(s, {'fault': {'kind': 'course_error', 'outcome': 'correct', 'points': 99}})"),
    Attack("trickle", "import gc, json, socket, struct\ns = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
           "import time\ns.sendall(struct.pack('!I', 100_000))\nwhile True:\n    s.sendall(b' ')\n    time.sleep(0.01)"),
    Attack("one-body-many-times", "import gc, json, socket, struct\ns = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
           "import course_lib.grading.wire as w\nb = w.encode_frame(pd.DataFrame({'n': range(40_000)}))\n"
           "h = json.dumps({'$': [{'$frame': 0}] * 50_000, 'bodies': [len(b)]}).encode()\ns.sendall(struct.pack('!I', len(h)) + h + b)"),
    Attack("half-surrogates", "import gc, json, socket, struct\ns = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
           "for _ in range(20):\n"
           "    h = json.dumps({'$': {'$map': [['fault', {'$map': [['kind', 'exception'], ['type', '\\udc80'], ['message', '\\ud800'], ['trace', '\\udfff']]}]]},"
           " 'bodies': []}).encode()\n    s.sendall(struct.pack('!I', len(h)) + h)"),
    Attack("nameless-fault", "import course_lib.grading.wire as w\nreal = w.send\n"
           "w.send = lambda s, c, **k: real(s, {'fault': {'kind': [], 'seconds': 'x'}})"),
    Attack("one-category-many-rows", "return pd.DataFrame({'n': pd.Categorical(['가' * 1_000_000] * 300_000)})", "asset"),
    Attack("year-two-hundred-thousand", "return pd.DataFrame({'n': pd.Series([2 ** 62], dtype='int64').astype('datetime64[s]')})", "asset"),
    # ---- 판정하는 코드를 바꾼다
    Attack("patch-pandas-compare", "pd.DataFrame.equals = lambda *a: True\npd.DataFrame.__eq__ = lambda *a: True\n"
           "import pandas.testing as t\nt.assert_frame_equal = lambda *a, **k: None", unisolated=True),
    Attack("patch-judge", "import course_lib.grading.judge as j\nj.Judge._judged = lambda s, c, e, **k: c\nj.Judge.grade = lambda *a, **k: 10",
           unisolated=True),
    Attack("patch-dagster", "dg.materialize = lambda *a, **k: type('R', (), {'success': True})()\ndg.DagsterInstance.ephemeral = lambda *a, **k: 1 / 0"),
    Attack("patch-observe", "import course_lib.grading.observe as o\nfor n in list(o.OBSERVATIONS): o.OBSERVATIONS[n] = lambda *a, **k: "
           "{'value': {'type': 'DataFrame', 'frame': pd.DataFrame({'n': [2, 10]}), 'inputs_after': {}}, 'outcomes': {}}"),
    Attack("equal-to-everything", "class Yes(int):\n    def __eq__(s, o): return True\n    def __hash__(s): return 0\n"),
    Attack("settrace", "import sys, threading\ndef t(f, e, a):\n    for k in f.f_locals: f.f_locals[k] = True\n    return t\nsys.settrace(t)\nthreading.settrace(t)"),
    Attack("patch-builtins", "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.type = lambda *a: pd.DataFrame\nbuiltins.sorted = builtins.list"),
    Attack("patch-arrow-and-json", "import json, pyarrow as pa\njson.dumps = lambda *a, **k: '{}'\npa.ipc.new_stream = lambda *a, **k: 1 / 0"),
    Attack("reduce", "class Evil(pd.DataFrame):\n    def __reduce__(s): return (open, ('SIBLING', 'w'))\n    def __reduce_ex__(s, p): return s.__reduce__()\n"
           "    def reset_index(s, **k): return s\nEvil.__eq__ = lambda *a: True"),
    # ---- 글로 속인다
    Attack("html-in-message", "raise ValueError('</pre><script>alert(1)</script><img src=x onerror=alert(1)>')"),
    Attack("terminal-escapes", "raise ValueError('\\x1b]0;hacked\\x07\\x1b[2J\\x1b[31mhacked')"),
    Attack("formula", "return pd.DataFrame({'=cmd|calc!A0': ['=HYPERLINK(\"http://127.0.0.1\")', '@SUM(1)']})", "asset"),
    Attack("turned-text", "raise ValueError('\\u202e\\u2066\\x9b2J\\r\\x00hacked')"),
    Attack("html-in-column", "return pd.DataFrame({'<script>alert(1)</script>': ['</td><script>alert(2)</script>']})", "asset"),
)

# 바깥을 노린다: 모범 답안, 파일, 프로세스, 네트워크, 다음 제출물.
OUTSIDE = (
    # ---- 학습자의 테스트로 모범 답안을 알아낸다
    Attack("test-reads-source", "import inspect\nfrom . import assets\ndef test_doubles():\n    say(inspect.getsource(assets))", "test"),
    Attack("test-reads-disk", "import pathlib\ndef test_doubles():\n"
           "    say([p.read_text() for p in pathlib.Path(__file__).resolve().parents[2].rglob('*') if p.is_file() and 'test_assets' not in p.name])", "test"),
    Attack("test-names-carry-text", "from . import assets\nfor i, c in enumerate('훔침 SECRET'): globals()['test_' + str(ord(c))] = lambda: None", "test"),
    Attack("test-ids-carry-text", "import pytest\n@pytest.mark.parametrize('x', ['훔침'], ids=['훔침-SECRET'])\ndef test_doubles(x): assert False, x", "test"),
    Attack("test-writes-outcomes", "import course_lib.grading.observe as o, gc\nfor d in gc.get_objects():\n"
           "    if type(d) is dict and 'run_tests' in d: d['run_tests'] = lambda *a, **k: {'outcomes': {'test_doubles': 'passed', 'test_negative': 'passed'}}\n"
           "def test_doubles(): pass\ndef test_negative(): pass", "test"),
    Attack("test-leaves-early", "import os\ndef test_doubles(): os._exit(0)", "test"),
    Attack("test-patches-pytest", "import _pytest.runner as r, _pytest.reports as p\np.TestReport.passed = True\nr.check_interactive_exception = 1\n"
           "def test_doubles(): pass", "test"),
    Attack("test-brings-a-plugin", "pytest_plugins = ['os', 'conftest']\ndef pytest_runtest_makereport(item, call): raise SystemExit\n"
           "def pytest_collection_modifyitems(items): items.clear()\ndef test_doubles(): assert False", "test"),
    Attack("test-tells-reference-by-name", "from . import assets\ndef test_doubles():\n"
           "    say([assets.__file__, assets.__spec__, vars(assets).keys(), getattr(assets.__loader__, 'codes', None)])", "test"),
    # ---- 남의 것을 읽고 쓴다
    Attack("read-solution", "try: say(open('SECRET').read())\nexcept OSError: pass", harms=True),
    Attack("read-sibling", "try: say(open('SIBLING').read())\nexcept OSError: pass", harms=True),
    Attack("read-through-links", "import os\nfor way in (os.symlink, os.link):\n    try:\n        way('SECRET', way.__name__)\n"
           "        say(open(way.__name__).read())\n    except OSError: pass", harms=True),
    Attack("read-through-proc", "import os\nfor p in ('/proc/self/root', '/proc/1/root', '/proc/1/cwd', '/proc/self/cwd/../../../..'):\n"
           "    try: say(open(p + 'SECRET').read())\n    except OSError: pass"),
    Attack("write-sibling", "try: open('SIBLING', 'w').write('hacked')\nexcept OSError: pass", harms=True),
    Attack("delete-sibling", "import os, shutil\nshutil.rmtree(os.path.dirname('SIBLING'), ignore_errors=True)\n"
           "try: os.unlink('SIBLING')\nexcept OSError: pass", harms=True),
    Attack("chmod-sibling", "import os\nfor f in (lambda: os.chmod('SIBLING', 0), lambda: os.utime('SIBLING', (1, 1)), lambda: os.truncate('SIBLING', 0)):\n"
           "    try: f()\n    except OSError: pass", harms=True),
    Attack("poison-course", "import course_lib, pathlib\nfor p in (pathlib.Path(course_lib.__file__).parent / 'sitecustomize.py', pathlib.Path(pd.__file__)):\n"
           "    try: p.open('a').write('raise SystemExit')\n    except OSError: pass"),
    Attack("environment", "import os\nsay({k: v for k, v in os.environ.items() if 'CANARY' in k})", harms=True),
    # ---- 살아남아 다음 제출물을 해친다
    Attack("poison-the-zygote", "import builtins, sys\nbuiltins.open = builtins.len = None\nsys.modules['pandas'] = None\nsys.meta_path.clear()"),
    Attack("thread-survives", "import threading\ndef forever():\n    while True: pass\nthreading.Thread(target=forever, daemon=True).start()"),
    Attack("atexit-and-del", "import atexit, os\nclass D:\n    def __del__(s): open('SIBLING', 'w').write('hacked')\nkeep = D()\n"
           "atexit.register(lambda: open('SIBLING', 'w').write('hacked'))\nraise SystemExit(0)"),
    Attack("exit-zero", "import os\nos._exit(0)", unisolated=True),
    Attack("system-exit", "raise SystemExit(0)"),
    Attack("ignore-signals", "import signal\nfor n in (2, 15, 1, 24): signal.signal(n, signal.SIG_IGN)\nwhile True: pass"),
    Attack("fork-and-daemon", "import os, time\ntry:\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(600)\nexcept OSError: pass"),
    Attack("exec", "import os\ntry: os.execv('/bin/sh', ['sh', '-c', 'echo hacked > SIBLING'])\nexcept OSError: pass", harms=True),
    Attack("kill-the-judge", "import os\nfor pid in (os.getppid(), PID, -1):\n    try: os.kill(pid, 9)\n    except OSError: pass"),
    Attack("ptrace-the-judge", "import ctypes\nc = ctypes.CDLL(None)\nfor pid in (PID, 1): c.ptrace(16, pid, 0, 0)"),
    Attack("prctl", "import ctypes, os\nc = ctypes.CDLL(None)\nfor option, value in ((1, 0), (4, 1), (36, 1), (38, 0), (22, 0)): c.prctl(option, value, 0, 0, 0)\n"
           "try: open('SIBLING', 'w').write('hacked')\nexcept OSError: pass"),
    Attack("terminal", "import fcntl\nfor fd in range(20):\n    try:\n        for c in b'touch hacked\\n': fcntl.ioctl(fd, 0x5412, bytes([c]))\n    except OSError: pass"),
    Attack("keyring", "import ctypes\nif ctypes.CDLL(None).syscall(248, b'user', b'course', b'x', 1, -4) != -1: say('keyring')"),
    Attack("setuid", "import os\nfor f in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0])):\n    try: f()\n"
           "    except OSError: pass\ntry: open('SIBLING', 'w').write('hacked')\nexcept OSError: pass"),
    Attack("namespaces-and-mounts", "import ctypes, os\nc = ctypes.CDLL(None)\nc.unshare(0x10000000 | 0x20000)\nc.mount(b'/', os.getcwd().encode(), None, 4096, None)\n"
           "c.umount2(b'/proc', 2)\nc.chroot(b'/')\ntry: say(open('SECRET').read())\nexcept OSError: pass"),
    Attack("memory-of-others", "import ctypes\nc = ctypes.CDLL(None)\nb = ctypes.create_string_buffer(64)\n"
           "class V(ctypes.Structure): _fields_ = [('p', ctypes.c_void_p), ('n', ctypes.c_size_t)]\nl, r = V(ctypes.addressof(b), 64), V(0x400000, 64)\n"
           "if c.process_vm_readv(PID, ctypes.byref(l), 1, ctypes.byref(r), 1, 0) > 0: say('훔친 메모리')\n"
           "for p in ('/proc/PID/mem', '/proc/PID/environ', '/proc/1/environ', '/proc/self/environ'):\n    try: say(open(p, 'rb').read(4000))\n    except OSError: pass"),
    Attack("io-uring", "import ctypes\nif ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(120)) != -1: say('io_uring')"),
    Attack("core-dump", "import os, resource\ntry: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))\nexcept (OSError, ValueError): pass\nos.abort()"),
    Attack("inherited-files", "import os\nfor fd in range(3, 200):\n    try:\n        if os.readlink(f'/proc/self/fd/{fd}').startswith('/'): say(os.pread(fd, 100, 0))\n"
           "    except OSError: pass\n    try: os.write(fd, b'')\n    except OSError: pass"),
    Attack("loop-in-del", "class D:\n    def __del__(s):\n        while True: pass\nD()"),
    Attack("swallow-everything", "import time\nwhile True:\n    try: time.sleep(0.001); [0] * 10 ** 6\n    except BaseException: pass"),
    # ---- 바깥으로 말한다
    Attack("tcp", "import socket\ntry: socket.create_connection(('127.0.0.1', TCP), 1).sendall(b'hacked')\nexcept OSError: pass", harms=True),
    Attack("udp", "import socket\ntry: socket.socket(2, 2).sendto(b'hacked', ('127.0.0.1', UDP))\nexcept OSError: pass", harms=True),
    Attack("unix-socket", "import socket\nfor a in ('UNIX', '\\0' + 'ABSTRACT'):\n"
           "    try:\n        s = socket.socket(1, 2)\n        s.connect(a)\n        s.send(b'hacked')\n    except OSError: pass", harms=True),
    Attack("http", "import urllib.request\ntry: urllib.request.urlopen('http://127.0.0.1:TCP/', timeout=1)\nexcept OSError: pass", harms=True),
    # ---- 이름으로 속인다
    Attack("shadow-dagster", "open = None\nraise ImportError('hacked')", "file:dagster.py"),
    Attack("shadow-pandas", "raise ImportError('hacked')", "file:pandas/__init__.py"),
    Attack("shadow-course-lib", "raise ImportError('hacked')", "file:course_lib/__init__.py"),
    Attack("conftest", "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem): return True", "file:conftest.py"),
    Attack("sitecustomize", "open('SIBLING', 'w').write('hacked')", "file:sitecustomize.py"),
    Attack("name-goes-up", "hacked", "file:../../../../../../../../../SIBLING"),
    Attack("absolute-name", "hacked", "file:SIBLING"),
    Attack("strange-names", "x = 1", "file:a\nb\u202ecod.\ty.txt"),
)

# 컴퓨터를 지치게 한다.
RESOURCES = (
    # ---- 자원을 다 쓴다
    Attack("memory", "x = []\nwhile True: x.append(bytearray(10 ** 8))"),
    Attack("disk", "i = 0\nwhile True:\n    open(f'fill{i}', 'wb').write(bytes(10 ** 7))\n    i += 1"),
    Attack("inodes", "import os\nfor i in range(30_000): os.mkdir(f'd{i}')"),
    Attack("files", "import os\nwhile True: os.open('/dev/null', 0)"),
    Attack("threads", "import threading, time\nfor _ in range(5000): threading.Thread(target=time.sleep, args=(100,), daemon=True).start()"),
    Attack("long-in-c", "10 ** (10 ** 9)"),
    Attack("regex", "import re\nre.match('(a|aa)+$', 'a' * 200 + 'b')"),
    Attack("sleep", "import time\ntime.sleep(10 ** 6)"),
    Attack("output", "import sys\nfor _ in range(50): sys.stdout.write('x' * 10 ** 6); sys.stderr.write('x' * 10 ** 6)"),
    Attack("huge-frame", "return pd.DataFrame({'n': range(3_000_000)})", "asset"),
    Attack("endless-generator", "import itertools\n    return pd.DataFrame({'n': itertools.count()})", "asset"),
    Attack("recursion", "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(): f()\nf()"),
    Attack("huge-message", "raise ValueError('훔침' * 10 ** 7)"),
    Attack("huge-traceback", "exec('def f(n):\\n    ' + 'x = 1; ' * 20_000 + 'raise ValueError(n) if n > 900 else f(n + 1)')\nf(0)"),
    Attack("nested-exceptions", "def f(n):\n    try: 1 / 0\n    except Exception as e: raise ValueError('훔침' * 999) from (f(n - 1) if n else e)\nf(300)"),
    Attack("deep-value", "v = []\n    for _ in range(100_000): v = [v]\n    return pd.DataFrame({'n': [v, v]})", "asset"),
    Attack("hostile-repr", "class R:\n    def __repr__(s): return '<script>' + 'x' * 10 ** 7\n    __str__ = __repr__\n    return R()", "asset"),
)

ATTACKS = VERDICT + OUTSIDE + RESOURCES
