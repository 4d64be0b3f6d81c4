/**
 * auth0-password probe: post-login
 *
 * Finds out what sign-ins do, for `auth0_doctor --probe`, which removes it again. It does nothing in sign-ins to any
 * other application than the one that the probe has made. Secrets: APPLICATION, that application's id. The
 * application's `state` says what to try.
 */
const HARMLESS = "https://auth0-password-probe.invalid";

exports.onExecutePostLogin = async (event, api) => {
  if (event.client.client_id !== event.secrets.APPLICATION) return;
  const [what, ...values] = (event.transaction?.state ?? "").split("~");
  if (what === "claims") {
    api.idToken.setCustomClaim(`${HARMLESS}/seen`, "yes");
    api.idToken.setCustomClaim("urn:auth0_password:probe", "yes");
  }
  if (what === "deny") api.access.deny(values[0] === "digits" ? "0123456789".repeat(values[1] / 10) : values[1]);
  if (what === "away") api.redirect.sendUserTo(`${HARMLESS}/away`);
  if (what === "form") {
    api.user.setAppMetadata("auth0_password_probe_written", true);
    api.prompt.render(values[0], { vars: { connection: event.connection.name } });
  }
};

exports.onContinuePostLogin = async () => {};
