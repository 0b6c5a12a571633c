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
	a, err := r.ask(ctx, ask{Name: name, MaxBytes: opt.MaxBytes, KeepSpun: opt.KeepSpun}, content, opt.Twin)
	if err == nil && a.Document == nil {
		err = errors.New("reader child: an answer without document")
	}
	return a.Document, err
}

// Look reads in a child what is shown of a file. It refuses as extract.Look does, and as Read where the child died of the file.
func (r *Reader) Look(ctx context.Context, name string, content []byte, opt extract.Options) (*extract.Sight, error) {
	a, err := r.ask(ctx, ask{Name: name, MaxBytes: opt.MaxBytes, Look: true}, content, nil)
	if err == nil && a.Sight == nil {
		err = errors.New("reader child: an answer without anything to see")
	}
	return a.Sight, err
}

// ask starts a child, puts the question and waits for its answer or its end.
func (r *Reader) ask(ctx context.Context, q ask, content, twin []byte) (a answer, err error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return a, ctx.Err()
	}
	timed, cancel := context.WithTimeout(ctx, r.c.Time)
	defer cancel()
	q.Bytes, q.Twin, q.Memory, q.Millis = len(content), len(twin), r.c.Memory, r.c.Time.Milliseconds()
	head, err := json.Marshal(q)
	if err != nil {
		return a, fmt.Errorf("reader child: %w", err)
	}
	cmd := exec.CommandContext(timed, r.c.Command[0], r.c.Command[1:]...)
	cmd.Env = []string{"GOTRACEBACK=none", "TZ=UTC"}
	cmd.Dir = os.TempDir()
	cmd.WaitDelay = reapMax
	cmd.Stdin = io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(content), bytes.NewReader(twin))
	said, wail := &keep{max: answerMax}, &keep{max: complaintMax}
	cmd.Stdout, cmd.Stderr = said, wail
	died := cmd.Run()
	if ctx.Err() != nil {
		return a, ctx.Err()
	}
	if died != nil || said.over {
		return a, r.told(timed, died, said, wail)
	}
	if err := json.Unmarshal(said.b.Bytes(), &a); err != nil {
		return a, fmt.Errorf("reader child: its answer: %w", err)
	}
	if a.Fault != nil {
		return answer{}, a.Fault.error()
	}
	return a, nil
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
