/** A certificate for 127.0.0.1 that nobody has signed: clients that insist on https take it where they are told to. */
import { execFileSync } from 'node:child_process';

export interface Certificate {
  key: string;
  cert: string;
}

/** @throws Error where there is no openssl */
export function selfSignedCertificate(): Certificate {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '-', '-out', '-'];
  const names = ['-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const pem = execFileSync('openssl', ['req', '-x509', ...curve, ...names], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const certAt = pem.indexOf('-----BEGIN CERTIFICATE-----');
  return { key: pem.slice(0, certAt), cert: pem.slice(certAt) };
}
