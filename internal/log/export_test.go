package log

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// memory is a tree with one hash for each number, as tlog stores it.
type memory map[int64]tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		h, ok := m[at]
		if !ok {
			return nil, fmt.Errorf("there is no hash %d", at)
		}
		out[i] = h
	}
	return out, nil
}
