package ddl

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// SCRAM parameters of new verifiers (RFC 5803), as PostgreSQL chooses them.
const (
	scramIterations = 4096
	scramSaltBytes  = 16
	scramPrefix     = "SCRAM-SHA-256$"
)

// passwordVerifier returns what the catalog keeps of a password: a SCRAM
// verifier, taken as it is if one was given; "" for an empty password.
func passwordVerifier(password string) (string, error) {
	switch {
	case password == "":
		return "", nil
	case strings.HasPrefix(password, scramPrefix):
		return password, nil
	case len(password) == 35 && strings.HasPrefix(password, "md5"):
		return "", sqlerr.Unsupported("an MD5 password", "Give the password itself or a SCRAM-SHA-256 verifier.")
	}
	salt := make([]byte, scramSaltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", sqlerr.Internal("no random bytes: %v", err)
	}
	salted, err := pbkdf2.Key(sha256.New, password, salt, scramIterations, sha256.Size)
	if err != nil {
		return "", sqlerr.Internal("password: %v", err)
	}
	mac := func(text string) []byte {
		m := hmac.New(sha256.New, salted)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	stored := sha256.Sum256(mac("Client Key"))
	b64 := base64.StdEncoding.EncodeToString
	return scramPrefix + strconv.Itoa(scramIterations) + ":" + b64(salt) + "$" + b64(stored[:]) + ":" + b64(mac("Server Key")), nil
}
