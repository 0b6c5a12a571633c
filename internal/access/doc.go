// Package access says who is asking, what they may do, and what they did.
//
// Who: a person signs in with a password (and, holding a desk, a one-time code) or through an OpenID
// provider and gets a session; a program comes with an API token of a person. Either becomes an Actor, which
// is passed as an argument to everything that acts. Accounts start from a one-time link: the first
// administrator's, or an invitation. There are no default accounts.
//
// What: roles are data (roles.yaml) and are held within a region of GB/T 2260 and, where it matters, an
// organisation or office. Rules is the one table from permissions to the roles that hold them; May reads it
// and nothing else does. What an actor may not know to exist is refused as not found.
//
// What they did: Record writes the act journal inside the caller's transaction. The journal is append only,
// which the database guards too, and names people by their id, so that a person can be erased without
// rewriting what happened.
//
// Guarantees. A password is kept only as Argon2id, a session, link, API token or recovery code only as its
// SHA-256, the seed of one-time codes only encrypted. A link, a one-time code and a recovery code work once.
// Attempts are counted in the database before a password is looked at, so attempts made at once do not
// escape the throttle; an unknown account costs the same time and gets the same answer as a wrong password.
// Ending a session, disabling a person or revoking a grant holds from the next request on.
//
// Two ways in have documented strength: password plus code, and OpenID plus code (the code is left to the
// provider only where its Config says so). API tokens have a subset of their owner's permissions, always
// expire, and cannot manage people, sessions or tokens.
//
// The package serves no HTTP, sends nothing by itself (Courier is called inside the act) and knows no case:
// a scheme decides further which desk may act at which stage. The requirements followed are those of OWASP
// ASVS 5.0, chapters V6 (authentication), V7 (sessions) and V8 (authorisation), and RFC 6238 and OpenID
// Connect Core 1.0 for codes and providers.
package access
