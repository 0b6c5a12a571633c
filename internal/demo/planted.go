package demo

import (
	"context"
	_ "embed"
	"fmt"

	"corridor/internal/node"
	"corridor/internal/reader"
)

// What made-up documents report of the world of the delta: one the published totals, one with four differences that are planted on
// purpose, so that comparing what was reported with what the logs show has something to find. docs/demo.md lists them.
var (
	//go:embed documents/published.txt
	publishedText string
	//go:embed documents/differing.txt
	differingText string
)

// toldOf are the indicators that each of the two documents tells, in the order of its sentences.
var toldOf = []string{"instruments-listed", "instruments-worth", figureID, "voucher-sum-paid"}

// readReports has the editor of the office take both documents and put what they tell beside the figures, once.
func readReports(ctx context.Context, n *node.Node) error {
	editor, err := actor(ctx, n, "editor@office.example")
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"published.txt": publishedText, "differing.txt": differingText} {
		d, err := n.Reader.Take(ctx, editor, name, []byte(text))
		if err != nil {
			return fmt.Errorf("take %s: %w", name, err)
		}
		_, found, _, err := n.Reader.Get(ctx, d.ID)
		if err != nil {
			return err
		}
		told := 0
		for _, f := range found {
			if f.Kind != reader.Figure || told == len(toldOf) {
				continue
			}
			told++
			if f.State == reader.Accepted {
				continue
			}
			if _, err := n.Reader.Decide(ctx, editor, d.ID, f.No, reader.Decision{Accept: true, Indicator: toldOf[told-1]}); err != nil {
				return fmt.Errorf("accept %q of %s: %w", f.Quote, name, err)
			}
		}
		if told != len(toldOf) {
			return fmt.Errorf("%s tells %d figures, not %d", name, told, len(toldOf))
		}
	}
	return nil
}
