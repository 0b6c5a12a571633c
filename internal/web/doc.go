// Package web is the face: the only room that serves HTTP and HTML.
//
// Pages are rendered on the server, work without JavaScript, and stand beside a JSON API under /api/v1 that
// is described at /api/openapi.json. A page and its operation call the same function of a room and ask for
// the same permission: both are one line in the table of operations (operations.go), and api/operations.txt
// is that table printed. Errors are pages for people and RFC 9457 problems for programs, from the same
// refusal.
//
// Every answer carries a strict content security policy without inline code. A request that changes something
// must come from our own pages (http.CrossOriginProtection) or carry a token. Bodies have limits.
//
// The room decides nothing about the trade: it parses what came, asks a room, and shows the answer.
package web
