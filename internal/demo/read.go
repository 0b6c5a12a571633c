package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// filesMax is how many documents of a folder are taken.
const filesMax = 500

// ReadFolder puts every document of a folder into the office's review queue, over HTTP, and prints what each
// says. A document that cannot be read is named and does not stop the others.
func ReadFolder(ctx context.Context, at func(code string) string, dir string, out io.Writer) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("folder of documents: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names)
	if len(names) > filesMax {
		return fmt.Errorf("%s holds %d files; at most %d are taken at once", dir, len(names), filesMax)
	}
	editor, err := signIn(ctx, at(Office), "editor@office.example")
	if err != nil {
		return err
	}
	taken := 0
	for i, name := range names {
		fmt.Fprintf(out, "读 reading %d/%d  %s\n", i+1, len(names), name)
		if err := editor.upload(ctx, dir, name, out, at(Office)); err != nil {
			fmt.Fprintf(out, "      未收 not taken: %v\n", err)
			continue
		}
		taken++
	}
	fmt.Fprintf(out, "收下 taken %d/%d: %s/documents\n\n", taken, len(names), at(Office))
	return nil
}

// upload sends one file as a browser does, and prints how much was found in it.
func (c *client) upload(ctx context.Context, dir, name string, out io.Writer, base string) error {
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	part.Write(content)
	form.Close()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/documents", &body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	var d struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		Total int    `json:"total"`
	}
	b, err := c.do(r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &d); err != nil {
		return err
	}
	fmt.Fprintf(out, "      %s  %d 条 findings  %s/documents/%s\n", d.Title, d.Total, base, d.ID)
	return nil
}
