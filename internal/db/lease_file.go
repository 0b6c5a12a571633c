package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// takeFile locks a file beside the database. The kernel gives the lock up with the process, however it ends. The file
// names the holder for the operator and is never removed: the lock would then be on a name that is gone.
func takeFile(ctx context.Context, path string, wait holdOut) (*lease, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = await(ctx, wait, func() (bool, string, error) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			holder := make([]byte, 200)
			n, _ := f.ReadAt(holder, 0)
			return false, strings.TrimSpace(string(holder[:n])), nil
		}
		return err == nil, "", err
	})
	if err == nil {
		err = sayHolder(f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &lease{lost: make(chan struct{}), unlock: f.Close}, nil
}

func sayHolder(f *os.File) error {
	host, _ := os.Hostname()
	if err := f.Truncate(0); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := fmt.Fprintf(f, "%s, process %d\n", host, os.Getpid())
	return err
}
