package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/node"
	"corridor/internal/reader/child"
	"corridor/internal/web"
)

func serveCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Run one node",
		Long: `Runs one node with the settings of FILE; CORRIDOR_NAME in the environment goes before the setting "name".
A wrong setting is named and nothing is started. The first time, it prints the one-time link of the first
administrator.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), path, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&path, "config", "", "file with the settings (YAML); see docs/operating.md")
	_ = c.MarkFlagRequired("config")
	return c
}

func serve(ctx context.Context, path string, out, errs io.Writer) (err error) {
	set, err := readSettings(path, os.LookupEnv)
	if err != nil {
		return err
	}
	c, err := set.node(errs)
	if err != nil {
		return err
	}
	n, err := node.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if err := n.DB.Warm(ctx); err != nil {
		return err
	}
	if err := n.Listen(); err != nil {
		return err
	}
	link, err := n.Access.FirstAdmin(ctx)
	if err != nil {
		return err
	}
	site := set.Site
	if site == "" {
		site = n.URL()
	}
	if link != "" {
		fmt.Fprintf(out, "first administrator: %s/welcome?first&token=%s\n", site, link)
	}
	fmt.Fprintf(out, "serving %s at %s\n", set.Name[1], n.URL())
	return n.Run(ctx)
}

// node is the node that the settings describe; its log goes to errs.
func (s settings) node(errs io.Writer) (c node.Config, err error) {
	if err := os.MkdirAll(s.Dir, 0o750); err != nil {
		return c, wrong("dir", "%w", err)
	}
	key, err := node.ReadKey(s.Dir)
	if err != nil {
		return c, fmt.Errorf("the key of the log; make one with `corridor key %s --out %s`: %w", s.Origin, filepath.Join(s.Dir, node.KeyName), err)
	}
	if key.Origin != s.Origin {
		return c, wrong("origin", "the key in %s is of %s, not of %s", s.Dir, key.Origin, s.Origin)
	}
	c = node.Config{
		Node: web.Node{Code: s.Code, Seal: s.Seal, Class: "r" + s.Code[:2], Name: fault.Words(s.Name), Community: fault.Words(s.Community)},
		Dir:  s.Dir, DSN: s.DSN, Address: s.Address, Site: s.Site, Origin: key.Origin, Key: key.Private, Former: key.Former, Peers: s.peers(), PeerNetworks: s.networks(), PeerDayBytes: int64(s.PeerGiB) << 30, Secure: s.Secure, Scan: s.scanner(),
		Logger: slog.New(slog.NewJSONHandler(errs, &slog.HandlerOptions{Level: s.level()}))}
	if c.Secret, err = s.secret(); err != nil {
		return c, err
	}
	c.Soon = time.Duration(s.Remind) * 24 * time.Hour
	c.Breached = s.Breached
	for _, x := range []struct {
		name string
		from []string
		to   *[]netip.Prefix
	}{{"metrics.allow", s.Metrics.Allow, &c.MetricsAllow}, {"proxies", s.Proxies, &c.Proxies}} {
		for _, a := range x.from {
			p, err := prefixOf(a)
			if err != nil {
				return c, wrong(x.name, "%w", err)
			}
			*x.to = append(*x.to, p)
		}
	}
	if c.TaxCheck, err = federation.OpenTaxCheck(s.TaxCheck, http.DefaultClient); err != nil {
		return c, wrong("tax_check", "%w", err)
	}
	if c.Mail, err = s.courier(); err != nil {
		return c, err
	}
	if c.OpenID, err = s.providers(); err != nil {
		return c, err
	}
	packs, err := node.Packs()
	if err != nil {
		return c, err
	}
	c.Schemes, c.Counted = node.PacksOf(packs, s.Code), packs
	c.Extract, err = child.New(child.Config{})
	return c, err
}
