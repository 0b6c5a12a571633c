package node

import (
	"context"
	"fmt"

	"corridor/internal/db"
)

// Audit checks what is kept twice: books, log, files, cases, documents. It returns a line for each thing that does not fit
// and says through say what it looks at.
func (n *Node) Audit(ctx context.Context, say func(what string)) (found []string, err error) {
	ctx = db.Afresh(ctx)
	for _, a := range []struct {
		what string
		of   func(context.Context) ([]string, error)
	}{
		{"books", n.Ledger.Audit},
		{"log", n.Log.Audit},
		{"neighbours", n.Federation.Audit},
		{"files", n.Files.Audit},
		{"registry", n.Registry.Audit},
		{"cases", n.Cases.Audit},
		{"payments", n.Payments.Audit},
		{"statements", n.Statements.Audit},
		{"bookings", n.Bookings.Audit},
		{"listings", n.Catalogue.Audit},
		{"mirrored", n.auditMirrors},
		{"labels from elsewhere", n.auditLabels},
		{"documents", n.Reader.Audit},
		{"index", n.Finder.Audit},
	} {
		say(a.what)
		lines, err := a.of(ctx)
		if err != nil {
			return found, fmt.Errorf("audit the %s of node %s: %w", a.what, n.Node.Code, err)
		}
		for _, l := range lines {
			found = append(found, n.Node.Code+" "+a.what+": "+l)
		}
	}
	return found, nil
}
