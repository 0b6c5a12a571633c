package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/db/measure"
)

// pgScale is the size of pgbench's own tables: 100,000 accounts and one branch for each. TPC-B's transaction updates an
// account, a teller and a branch and adds a line of history: about what a transfer does, without its rules.
const pgScale = 10

// pgbench lets PostgreSQL's own tool measure the same database: as many clients, prepared statements, as long. Its tables
// are made before and dropped afterwards.
func pgbench(ctx context.Context, o Options) (*measure.Way, error) {
	tool, err := findPGBench()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "corridor-pgbench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	run := func(args ...string) error {
		c := exec.CommandContext(ctx, tool, append(args, o.DSN)...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("pgbench %s: %w\n%s", strings.Join(args, " "), err, out)
		}
		return nil
	}
	if err := run("--initialize", "--quiet", "--scale", strconv.Itoa(pgScale)); err != nil {
		return nil, err
	}
	start := time.Now()
	seconds := max(1, int(o.For.Round(time.Second).Seconds()))
	err = run("--client", strconv.Itoa(o.Callers), "--jobs", "2", "--protocol", "prepared", "--builtin", "tpcb-like", "--no-vacuum",
		"--time", strconv.Itoa(seconds), "--log")
	elapsed := time.Since(start)
	if err = errors.Join(err, run("--initialize", "--init-steps", "d")); err != nil {
		return nil, err
	}
	took, err := pgTimes(dir)
	if err != nil || len(took) == 0 {
		return nil, fmt.Errorf("pgbench left no times: %w", err)
	}
	way := measure.Of(len(took), took, min(elapsed, time.Duration(seconds)*time.Second), 0)
	return &way, nil
}

func findPGBench() (string, error) {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if len(found) == 0 {
		return "", errors.New("pgbench is missing: apt-get install postgresql")
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}

// pgTimes reads what each transaction took from the logs of pgbench: the third field of a line, in microseconds.
func pgTimes(dir string) (took []time.Duration, err error) {
	logs, err := filepath.Glob(filepath.Join(dir, "pgbench_log.*"))
	for _, name := range logs {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			fields := strings.Fields(lines.Text())
			if len(fields) < 3 {
				continue
			}
			us, err := strconv.ParseInt(fields[2], 10, 64)
			if err != nil {
				continue // a transaction that failed is not counted
			}
			took = append(took, time.Duration(us)*time.Microsecond)
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return nil, err
		}
	}
	return took, err
}
