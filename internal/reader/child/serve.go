package child

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"corridor/internal/fault"
	"corridor/internal/reader/extract"
)

// headMax is the longest first line that Serve reads.
const headMax = 64 << 10

// outOfTime is what a child says that ends itself because its parent did not.
const outOfTime = "reader child: out of time"

// ask is the first line on the child's standard input; the bytes of the document and of its twin follow.
type ask struct {
	Name     string `json:"name"`
	Bytes    int    `json:"bytes"`
	Twin     int    `json:"twin"`
	MaxBytes int64  `json:"max_bytes"`
	KeepSpun bool   `json:"keep_spun"`
	Look     bool   `json:"look,omitempty"` // only what is shown to a person
	Memory   int64  `json:"memory"`
	Millis   int64  `json:"millis"`
}

// answer is all that a child writes: the document or the refusal.
type answer struct {
	Document *extract.Document `json:"document,omitempty"`
	Sight    *extract.Sight    `json:"sight,omitempty"`
	Fault    *refusal          `json:"fault,omitempty"`
}

// refusal is a fault on its way between two processes.
type refusal struct {
	Kind  fault.Kind `json:"kind"`
	Code  string     `json:"code"`
	Args  []any      `json:"args"`
	Cause string     `json:"cause"`
}

func refused(err error) *refusal {
	f := fault.Of(err)
	return &refusal{Kind: f.Kind, Code: f.Code, Args: f.Args, Cause: err.Error()}
}

func (r *refusal) error() error {
	for i, a := range r.Args {
		if n, ok := a.(float64); ok && n == float64(int64(n)) {
			r.Args[i] = int64(n) // as the sentence wrote it before
		}
	}
	return fault.New(r.Kind, r.Code, r.Args...).Because(fmt.Errorf("reader child: %s", r.Cause))
}

// Serve is the whole life of a child: it reads one question, takes its limits upon itself, reads the document and
// answers. The error is a broken pipe or a question that no parent asks; a refusal of the document is an answer.
func Serve(in io.Reader, out io.Writer) error {
	from := bufio.NewReaderSize(in, headMax)
	line, err := from.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("reader child: its question: %w", err)
	}
	var q ask
	if err := json.Unmarshal(line, &q); err != nil {
		return fmt.Errorf("reader child: its question: %w", err)
	}
	if q.Bytes < 0 || q.Twin < 0 || q.Memory <= 0 || q.Millis <= 0 {
		return fmt.Errorf("reader child: not a question: %s", line)
	}
	life := time.Duration(q.Millis) * time.Millisecond
	end := time.AfterFunc(life+reapMax, func() {
		fmt.Fprintln(os.Stderr, outOfTime)
		os.Exit(3)
	})
	defer end.Stop()
	debug.SetMemoryLimit(q.Memory * 3 / 4)
	debug.SetMaxStack(64 << 20)
	if err := limit(q.Memory, life); err != nil {
		return fmt.Errorf("reader child: its limits: %w", err)
	}
	content, twin := make([]byte, q.Bytes), make([]byte, q.Twin)
	for _, b := range [][]byte{content, twin} {
		if _, err := io.ReadFull(from, b); err != nil {
			return fmt.Errorf("reader child: the document: %w", err)
		}
	}
	if len(twin) == 0 {
		twin = nil
	}
	var a answer
	opt := extract.Options{MaxBytes: q.MaxBytes, Twin: twin, KeepSpun: q.KeepSpun, Packed: true}
	if q.Look {
		a.Sight, err = extract.Look(q.Name, content, opt)
	} else {
		a.Document, err = extract.Read(q.Name, content, opt)
	}
	if err != nil {
		a = answer{Fault: refused(err)}
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc.Encode(a)
}
