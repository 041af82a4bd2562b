package builtin

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"strings"

	"github.com/google/uuid"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// digests are the hash functions of pgcrypto (https://www.postgresql.org/docs/15/pgcrypto.html).
var digests = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
}

func digestOf(name string) (func() hash.Hash, error) {
	if f := digests[strings.ToLower(name)]; f != nil {
		return f, nil
	}
	return nil, sqlerr.New(sqlerr.InvalidParameterValue, "Cannot use \"%s\": No such hash algorithm", strings.ToLower(name))
}

func digest(_ *Call, a []types.Value) (types.Value, error) {
	f, err := digestOf(a[1].Str())
	if err != nil {
		return types.Null, err
	}
	h := f()
	h.Write([]byte(a[0].Str()))
	return types.NewBytes(h.Sum(nil)), nil
}

func hmacOf(_ *Call, a []types.Value) (types.Value, error) {
	f, err := digestOf(a[2].Str())
	if err != nil {
		return types.Null, err
	}
	h := hmac.New(f, []byte(a[1].Str()))
	h.Write([]byte(a[0].Str()))
	return types.NewBytes(h.Sum(nil)), nil
}

func randomBytes(_ *Call, a []types.Value) (types.Value, error) {
	n := a[0].Int()
	if n < 1 || n > 1024 {
		return types.Null, sqlerr.New("39000", "Length not in range")
	}
	b := make([]byte, n)
	rand.Read(b)
	return types.NewBytes(b), nil
}

func unsupportedCrypt(*Call, []types.Value) (types.Value, error) {
	return types.Null, sqlerr.Unsupported("pgcrypto's password hashing", "Hash passwords in the application; digest() and hmac() are there for other hashes.")
}

func uuidValue(u uuid.UUID, err error) (types.Value, error) {
	if err != nil {
		return types.Null, sqlerr.From(err)
	}
	return types.NewBytes(u[:]), nil
}

func named(make func(space uuid.UUID, name []byte) uuid.UUID) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		return uuidValue(make(uuid.UUID([]byte(a[0].Str())), []byte(a[1].Str())), nil)
	}
}

func init() {
	immutable := func(f body, signatures ...string) {
		for _, s := range signatures {
			define(s, f).Volatility = Immutable
		}
	}
	volatile := func(f body, signatures ...string) {
		for _, s := range signatures {
			define(s, f).Volatility = Volatile
		}
	}
	immutable(digest, "digest(text,text) bytea", "digest(bytea,text) bytea")
	immutable(hmacOf, "hmac(text,text,text) bytea", "hmac(bytea,bytea,text) bytea")
	volatile(randomBytes, "gen_random_bytes(int4) bytea")
	immutable(unsupportedCrypt, "crypt(text,text) text")
	volatile(unsupportedCrypt, "gen_salt(text) text", "gen_salt(text,int4) text")

	// uuid-ossp (https://www.postgresql.org/docs/15/uuid-ossp.html); versions 1 have a random node.
	volatile(func(*Call, []types.Value) (types.Value, error) {
		u, err := uuid.NewUUID()
		if err == nil {
			rand.Read(u[10:])
			u[10] |= 1 // multicast: no card has it
		}
		return uuidValue(u, err)
	}, "uuid_generate_v1() uuid", "uuid_generate_v1mc() uuid")
	immutable(named(uuid.NewMD5), "uuid_generate_v3(uuid,text) uuid")
	immutable(named(uuid.NewSHA1), "uuid_generate_v5(uuid,text) uuid")
	immutable(constant(types.NewBytes(uuid.Nil[:])), "uuid_nil() uuid")
	immutable(constant(types.NewBytes(uuid.NameSpaceDNS[:])), "uuid_ns_dns() uuid")
	immutable(constant(types.NewBytes(uuid.NameSpaceURL[:])), "uuid_ns_url() uuid")
	immutable(constant(types.NewBytes(uuid.NameSpaceOID[:])), "uuid_ns_oid() uuid")
	immutable(constant(types.NewBytes(uuid.NameSpaceX500[:])), "uuid_ns_x500() uuid")
}
