package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"corridor/internal/db"
)

// Cluster is a private PostgreSQL with a socket in a folder of its own. It is stopped and removed when the process
// that started it ends, however it ends: a shell waits for the end of its standard input.
type Cluster struct {
	dir   string
	bin   string
	stdin *os.File // held open for as long as we live
	admin *sql.DB
	made  atomic.Int64
}

const (
	templateName = "corridor_template"
	readyMax     = 30 * time.Second
)

var (
	shared     *Cluster
	sharedErr  error
	sharedOnce sync.Once
)

// cluster is the one of the test binary, started at the first call.
func cluster(t testing.TB) *Cluster {
	t.Helper()
	sharedOnce.Do(func() {
		// What is not durable is quick, and these databases live as long as the process.
		if shared, sharedErr = startCluster("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=2GB", "autovacuum=off"); sharedErr == nil {
			sharedErr = shared.makeTemplate()
		}
	})
	if sharedErr != nil {
		t.Fatal(sharedErr)
	}
	return shared
}

// NewCluster starts a durable PostgreSQL for tests that stop and start it.
func NewCluster(t testing.TB, settings ...string) *Cluster {
	t.Helper()
	c, err := startCluster(settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.admin.Close(); c.stdin.Close() })
	return c
}

// startCluster makes and starts a cluster, as the user postgres or nobody where we are root, which PostgreSQL refuses.
func startCluster(settings ...string) (*Cluster, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "corridor-pg-") // short: the name of a socket has at most 107 bytes
	if err != nil {
		return nil, err
	}
	as, err := credential()
	if err != nil {
		return nil, err
	}
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return nil, err
		}
	}
	c := &Cluster{dir: dir, bin: bin}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
	initdb.Dir, initdb.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := c.start(as, settings); err != nil {
		return nil, err
	}
	return c, c.ready()
}

// keeper is told to start and stop the server, and ends it and removes the folder when our end of its input closes.
const keeper = `dir=$1; shift
while read -r word; do
  case $word in
  start) "$@" >>"$dir/log" 2>&1 </dev/null & pid=$! ;;
  stop) kill -QUIT $pid; wait $pid ;;
  esac
done
kill -INT $pid 2>/dev/null; wait $pid; rm -rf "$dir"`

// start runs the server below a shell of its own.
func (c *Cluster) start(as *syscall.Credential, settings []string) error {
	args := []string{"-c", keeper, "sh", c.dir, filepath.Join(c.bin, "postgres"), "-D", filepath.Join(c.dir, "data"), "-k", c.dir,
		"-c", "listen_addresses=", "-c", "max_connections=200"}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	sh := exec.Command("/bin/sh", args...)
	sh.Dir, sh.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: as, Setpgid: true}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	c.stdin, sh.Stdin = w, r
	if err := sh.Start(); err != nil {
		return err
	}
	go sh.Wait()
	return c.tell("start")
}

func (c *Cluster) tell(word string) error {
	_, err := fmt.Fprintln(c.stdin, word)
	return err
}

func (c *Cluster) ready() (err error) {
	if c.admin, err = sql.Open("pgx", c.dsn("postgres")); err != nil {
		return err
	}
	for until := time.Now().Add(readyMax); ; time.Sleep(20 * time.Millisecond) {
		if err = c.admin.Ping(); err == nil || time.Now().After(until) {
			break
		}
	}
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		return fmt.Errorf("PostgreSQL does not start: %w\n%s", err, log)
	}
	return nil
}

func (c *Cluster) dsn(name string) string {
	return "postgres:///" + name + "?" + url.Values{"host": {c.dir}, "user": {"postgres"}}.Encode()
}

func (c *Cluster) makeTemplate() error {
	if _, err := c.admin.Exec("CREATE DATABASE " + templateName + " TEMPLATE template0"); err != nil {
		return err
	}
	d, err := db.Open(context.Background(), db.Config{DSN: c.dsn(templateName), Now: longAgo})
	if err != nil {
		return err
	}
	return d.Close()
}

// create is the address of a new, migrated database, dropped with the test.
func (c *Cluster) create(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("t%d", c.made.Add(1))
	if _, err := c.admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + templateName); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.admin.Exec("DROP DATABASE " + name + " WITH (FORCE)") })
	return c.dsn(name)
}

// Create makes an empty database with settings of CREATE DATABASE, and returns its address.
func (c *Cluster) Create(t testing.TB, name, settings string) string {
	t.Helper()
	if _, err := c.admin.Exec("CREATE DATABASE " + name + " TEMPLATE template0 " + settings); err != nil {
		t.Fatal(err)
	}
	return c.dsn(name)
}

// Restart ends the server as a crash would, calls while with nobody serving, and starts it again.
func (c *Cluster) Restart(t testing.TB, while func()) {
	t.Helper()
	c.admin.Close()
	if err := c.tell("stop"); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(readyMax); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(c.dir, "data", "postmaster.pid")); err != nil {
			break
		}
		if _, err := os.Stat(filepath.Join(c.dir, ".s.PGSQL.5432")); err != nil {
			break
		}
	}
	while()
	if err := c.tell("start"); err != nil {
		t.Fatal(err)
	}
	if err := c.ready(); err != nil {
		t.Fatal(err)
	}
}

// findPostgres is the folder of the newest PostgreSQL that is installed.
func findPostgres() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		if path, err := exec.LookPath("initdb"); err == nil {
			return filepath.Dir(path), nil
		}
		return "", errors.New("PostgreSQL is missing, which CORRIDOR_TEST_PG=1 asks for: apt-get install postgresql")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	return filepath.Dir(found[0]), nil
}

// credential is whom the server runs as: ourselves, unless we are root.
func credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses root, and there is neither a user postgres nor nobody")
}
