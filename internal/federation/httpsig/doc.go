// Package httpsig signs HTTP messages and verifies them: RFC 9421 with Ed25519, and Content-Digest of RFC 9530 with SHA-256.
//
// A signature covers the components that its input lists, in that order, and its own parameters: when it was made, until when
// it counts, by which key, a nonce and a tag that says what kind of message it is. Verify refuses a signature that does not
// cover what the policy asks for, is too old, from the future or expired, or does not fit the body. It does not remember
// nonces: whoever takes letters in numbers them and keeps the numbers (replay is refused there).
//
// What is left out of RFC 9421, and refused when asked for: algorithms other than ed25519; the component parameters sf, key, bs,
// req and tr; trailers; Accept-Signature. Component values are built as in section 2, and tested with the vectors of appendix B.
package httpsig
