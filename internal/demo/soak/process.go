package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	readyMost = 2 * time.Minute // for a node to answer after its start, on a machine that is busy
	stopMost  = 30 * time.Second
	readyLook = 50 * time.Millisecond
)

// process is one node as a process of its own, started again after each death.
type process struct {
	name, url string
	args      []string
	said      string // file that gets what it says

	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan error
	starts int
	kills  int
}

// start starts the process and waits until it answers.
func (p *process) start(ctx context.Context, binary string) error {
	f, err := os.OpenFile(p.said, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	c := exec.Command(binary, p.args...)
	c.Stdout, c.Stderr = f, f
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // no node outlives the run
	if err := c.Start(); err != nil {
		return fmt.Errorf("start node %s: %w", p.name, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	p.mu.Lock()
	p.cmd, p.ended = c, ended
	p.starts++
	p.mu.Unlock()
	return p.ready(ctx, ended)
}

func (p *process) ready(ctx context.Context, ended chan error) error {
	end := time.Now().Add(readyMost)
	for time.Now().Before(end) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/healthz", nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-ended:
			ended <- err
			return fmt.Errorf("node %s ended at its start (%v); see %s", p.name, err, filepath.Base(p.said))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(readyLook):
		}
	}
	return fmt.Errorf("node %s does not answer after %s; see %s", p.name, readyMost, p.said)
}

// kill ends the process without warning, as a power cut would end it for the program.
func (p *process) kill() error {
	p.mu.Lock()
	c, ended := p.cmd, p.ended
	p.kills++
	p.mu.Unlock()
	if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-ended
	ended <- nil
	return nil
}

// stop lets the process end what is under way.
func (p *process) stop() error {
	p.mu.Lock()
	c, ended := p.cmd, p.ended
	p.mu.Unlock()
	if c == nil {
		return nil
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		if errors.Is(err, os.ErrProcessDone) {
			return nil
		}
		return err
	}
	select {
	case err := <-ended:
		ended <- err
		return err
	case <-time.After(stopMost):
		return errors.Join(fmt.Errorf("node %s does not stop", p.name), c.Process.Kill())
	}
}
