package registry

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
)

// spool keeps the good rows on the disk between the check and the writing.
type spool struct {
	f *os.File
	w *csv.Writer
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "corridor-import-*")
	if err != nil {
		return nil, err
	}
	return &spool{f: f, w: csv.NewWriter(bufio.NewWriterSize(f, 1<<20))}, nil
}

func (s *spool) put(it *item) error {
	return s.w.Write(append([]string{it.at.sheet, strconv.Itoa(it.at.row)}, it.cells...))
}

// rewind ends the writing and returns what reads the rows back, one by one, to io.EOF.
func (s *spool) rewind() (func() (*item, error), error) {
	s.w.Flush()
	if err := s.w.Error(); err != nil {
		return nil, fmt.Errorf("write the temporary file: %w", err)
	}
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	r := csv.NewReader(bufio.NewReaderSize(s.f, 1<<20))
	return func() (*item, error) {
		cells, err := r.Read()
		if err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(cells[1])
		return &item{at: place{sheet: cells[0], row: n}, cells: cells[2:]}, err
	}, nil
}

func (s *spool) close() {
	s.f.Close()
	os.Remove(s.f.Name())
}
