package test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "corridor-test-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "corridor")
	build := exec.Command("go", "build", "-o", binary, "corridor/cmd/corridor")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "the program does not build:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func TestScripts(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
			e.Setenv("ROOT", root)
			e.Setenv("PORT", fmt.Sprint(freePorts(t)))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"http": httpCommand,
			"flip": flipCommand,
			"large": func(ts *testscript.TestScript, _ bool, args []string) {
				writeCommand(ts, args, func(n int) []byte { return bytes.Repeat([]byte("x"), n) })
			},
			"binary": func(ts *testscript.TestScript, _ bool, args []string) {
				writeCommand(ts, append(args, "64"), func(n int) []byte { return append([]byte("\x7fELF\x02\x01\x01"), make([]byte, n)...) })
			},
		},
	})
}

// ports hands out ranges of ports that no two tests share; it begins at a place of this process's own.
var ports struct {
	sync.Mutex
	next int
}

// freePorts finds the first of five ports in a row that nobody listens on and no other test was given.
func freePorts(t testing.TB) int {
	ports.Lock()
	defer ports.Unlock()
	if ports.next == 0 {
		ports.next = 20000 + os.Getpid()%1000*10
	}
	for range 100 {
		base := ports.next
		ports.next += 10
		if allFree(base, 5) {
			return base
		}
	}
	t.Fatal("no five free ports in a row")
	return 0
}

func allFree(base, n int) bool {
	for p := base; p < base+n; p++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p))
		if err != nil {
			return false
		}
		l.Close()
	}
	return true
}

// httpCommand is `http METHOD URL [name:value…] [@bodyfile]`: prints the status and the body to stdout. It waits for a
// server that is only starting.
func httpCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: http METHOD URL [name:value…] [@bodyfile]")
	}
	var answer *http.Response
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		r, err := http.NewRequest(args[0], args[1], nil)
		ts.Check(err)
		for _, a := range args[2:] {
			if file, ok := strings.CutPrefix(a, "@"); ok {
				text := ts.ReadFile(file)
				r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
				continue
			}
			name, value, _ := strings.Cut(a, ":")
			r.Header.Set(name, value)
		}
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, err = client.Do(r)
		if err == nil {
			break
		}
		if time.Now().After(end) {
			ts.Fatalf("%v", err)
		}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n", answer.Status)
	for name := range answer.Header {
		fmt.Fprintf(ts.Stdout(), "%s: %s\n", name, answer.Header.Get(name))
	}
	fmt.Fprintf(ts.Stdout(), "\n%s\n", body)
	if (answer.StatusCode >= 400) != neg {
		ts.Fatalf("answered %s", answer.Status)
	}
}

// writeCommand is `large FILE N` and `binary FILE`: makes a file that no text archive can hold.
func writeCommand(ts *testscript.TestScript, args []string, content func(n int) []byte) {
	if len(args) != 2 {
		ts.Fatalf("usage: large FILE N, or binary FILE")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content(n), 0o600))
}

// flipCommand is `flip FILE N`: changes one bit of byte N.
func flipCommand(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: flip FILE N")
	}
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	var n int
	if _, err := fmt.Sscan(args[1], &n); err != nil || n < 0 || n >= len(b) {
		ts.Fatalf("no byte %s in %s", args[1], args[0])
	}
	b[n] ^= 1
	ts.Check(os.WriteFile(path, b, 0o600))
}
