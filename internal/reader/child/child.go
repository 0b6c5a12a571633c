package child

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"corridor/internal/fault"
	"corridor/internal/reader/extract"
)

const (
	memoryDefault = 1536 << 20 // bytes that a child may take beside what an idle one has
	timeDefault   = 40 * time.Second
	slotsDefault  = 2
	answerMax     = 256 << 20 // bytes of a child's answer
	complaintMax  = 8 << 10   // bytes kept of what a dying child says
	reapMax       = 2 * time.Second
)

// Config says what a child may use; the zero value of each field is the default.
type Config struct {
	Command []string      // program and arguments that run Serve; default: this executable, "read", "--child"
	Memory  int64         // bytes; default 1.5 GiB
	Time    time.Duration // of the whole reading, and of the processor; default 40 s
	Slots   int           // children at once; default 2
}

// Reader starts a child for each document. It is safe for concurrent use.
type Reader struct {
	c     Config
	slots chan struct{}
}

// New checks the limits and finds the program; it starts nothing.
func New(c Config) (*Reader, error) {
	if c.Memory < 0 || c.Time < 0 || c.Slots < 0 {
		return nil, fmt.Errorf("reader child: a limit below zero: %+v", c)
	}
	if len(c.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("reader child: %w", err)
		}
		c.Command = []string{self, "read", "--child"}
	}
	if c.Memory == 0 {
		c.Memory = memoryDefault
	}
	if c.Time == 0 {
		c.Time = timeDefault
	}
	if c.Slots == 0 {
		c.Slots = slotsDefault
	}
	return &Reader{c: c, slots: make(chan struct{}, c.Slots)}, nil
}

// Read reads one document in a child. It refuses as extract.Read does, and with reader.bomb or reader.damaged where the
// child died of the document.
func (r *Reader) Read(ctx context.Context, name string, content []byte, opt extract.Options) (*extract.Document, error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	timed, cancel := context.WithTimeout(ctx, r.c.Time)
	defer cancel()
	head, err := json.Marshal(ask{Name: name, Bytes: len(content), Twin: len(opt.Twin), MaxBytes: opt.MaxBytes,
		KeepSpun: opt.KeepSpun, Memory: r.c.Memory, Millis: r.c.Time.Milliseconds()})
	if err != nil {
		return nil, fmt.Errorf("reader child: %w", err)
	}
	cmd := exec.CommandContext(timed, r.c.Command[0], r.c.Command[1:]...)
	cmd.Env = []string{"GOTRACEBACK=none", "TZ=UTC"}
	cmd.Dir = os.TempDir()
	cmd.WaitDelay = reapMax
	cmd.Stdin = io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(content), bytes.NewReader(opt.Twin))
	said, wail := &keep{max: answerMax}, &keep{max: complaintMax}
	cmd.Stdout, cmd.Stderr = said, wail
	died := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if died != nil || said.over {
		return nil, r.told(timed, died, said, wail)
	}
	var a answer
	if err := json.Unmarshal(said.b.Bytes(), &a); err != nil {
		return nil, fmt.Errorf("reader child: its answer: %w", err)
	}
	if a.Fault != nil {
		return nil, a.Fault.error()
	}
	if a.Document == nil {
		return nil, errors.New("reader child: an answer without document")
	}
	return a.Document, nil
}

// told makes a refusal of the way in which a child ended.
func (r *Reader) told(timed context.Context, died error, said, wail *keep) error {
	cry := wail.b.String()
	because := fmt.Errorf("reader child: %v: %s", died, strings.TrimSpace(cry))
	var exit *exec.ExitError
	switch {
	case timed.Err() != nil || strings.Contains(cry, outOfTime) || errors.As(died, &exit) && outOfCPU(exit):
		return fault.New(fault.TooLarge, "reader.bomb", "what", "time", "max", r.c.Time.String()).Because(because)
	case said.over:
		return fault.New(fault.TooLarge, "reader.bomb", "what", "answer", "max", answerMax).Because(because)
	case strings.Contains(cry, "out of memory") || strings.Contains(cry, "cannot allocate memory"):
		return fault.New(fault.TooLarge, "reader.bomb", "what", "memory", "max", r.c.Memory).Because(because)
	case errors.As(died, &exit):
		return fault.New(fault.Invalid, "reader.damaged", "kind", "crash").Because(because)
	}
	return because // the program could not be started
}

// keep keeps the first max bytes that are written to it.
type keep struct {
	b    bytes.Buffer
	max  int
	over bool
}

func (k *keep) Write(p []byte) (int, error) {
	if k.b.Len()+len(p) > k.max {
		k.over = true
		if k.max == answerMax {
			return 0, errors.New("the answer is too long")
		}
		k.b.Write(p[:max(0, k.max-k.b.Len())])
		return len(p), nil
	}
	return k.b.Write(p)
}
