package alipay

import (
	"bytes"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// rsaSignatures is the arc of the signature algorithms by RSA keys (PKCS #1).
const rsaSignatures = "1.2.840.113549.1.1."

// clockSkew is by how much clocks may differ at the ends of certificates.
const clockSkew = 5 * time.Minute

// certificate is one of those by which Alipay signs.
type certificate struct {
	*x509.Certificate
	key *rsa.PublicKey
}

// parseCertificates reads the certificates of a file, PEM; the first is the one
// that the file is about.
func parseCertificates(text string) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, errors.New("no certificate in PEM")
	}
	return list, nil
}

// parseCertificate reads the first certificate of a file as one with an RSA key.
func parseCertificate(text string) (certificate, []*x509.Certificate, error) {
	list, err := parseCertificates(text)
	if err != nil {
		return certificate{}, nil, err
	}
	key, ok := list[0].PublicKey.(*rsa.PublicKey)
	if !ok {
		return certificate{}, nil, errors.New("certificate has no RSA key")
	}
	return certificate{list[0], key}, list[1:], nil
}

// parseRoots reads the bundle of root certificates, PEM, and gives its number
// (alipay_root_cert_sn): those of the certificates that RSA keys signed. The
// bundle has others, of algorithms that are not known here.
func parseRoots(text string) (roots []*x509.Certificate, sn string, err error) {
	var numbers []string
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		var outer struct {
			Content   asn1.RawValue
			Algorithm pkix.AlgorithmIdentifier
			Signature asn1.BitString
		}
		if _, err := asn1.Unmarshal(block.Bytes, &outer); err != nil {
			return nil, "", err
		}
		if !strings.HasPrefix(outer.Algorithm.Algorithm.String(), rsaSignatures) {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, "", err
		}
		number, err := serial(c)
		if err != nil {
			return nil, "", err
		}
		roots, numbers = append(roots, c), append(numbers, number)
	}
	if len(roots) == 0 {
		return nil, "", errors.New("no certificate in PEM that an RSA key signed")
	}
	return roots, strings.Join(numbers, "_"), nil
}

// serial is the number by which Alipay names a certificate: the MD5 of its
// issuer's name as RFC 2253 writes it and its serial number in decimal.
func serial(c *x509.Certificate) (string, error) {
	var issuer pkix.RDNSequence
	if _, err := asn1.Unmarshal(c.RawIssuer, &issuer); err != nil {
		return "", fmt.Errorf("issuer: %w", err)
	}
	sum := md5.Sum([]byte(issuer.String() + c.SerialNumber.String()))
	return hex.EncodeToString(sum[:]), nil
}

// trusted says whether a certificate goes back to one of the roots: it was
// issued by a root, or by one of others that a root issued, and all of them are
// valid. Longer chains are not followed: Alipay does not mark the certificates
// that issue others, and a merchant's must not be taken for one of those.
func trusted(c *x509.Certificate, others, roots []*x509.Certificate, now time.Time) bool {
	for _, root := range roots {
		if issued(root, c, now) {
			return true
		}
		for _, middle := range others {
			if issued(root, middle, now) && issued(middle, c, now) {
				return true
			}
		}
	}
	return false
}

// issued says whether a valid certificate signed another valid one.
func issued(by, c *x509.Certificate, now time.Time) bool {
	return valid(by, now) && valid(c, now) && bytes.Equal(by.RawSubject, c.RawIssuer) &&
		by.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

func valid(c *x509.Certificate, now time.Time) bool {
	return now.After(c.NotBefore.Add(-clockSkew)) && now.Before(c.NotAfter.Add(clockSkew))
}
