/**
 * auth0-password probe: post-change-password
 *
 * Writes on a throw-away user that their password was changed, for `auth0_doctor --probe`, which removes it again. It
 * does nothing for anybody else. Secrets: TENANT, the tenant's address; CLIENT_ID and CLIENT_SECRET of an application
 * that the probe has made.
 */
exports.onExecutePostChangePassword = async (event) => {
  if (!/^auth0-password-probe-[0-9a-f]{16}@example\.com$/.test(event.user.email ?? "")) return;
  const { TENANT, CLIENT_ID, CLIENT_SECRET } = event.secrets;
  const asked = {
    grant_type: "client_credentials",
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    audience: `${TENANT}/api/v2/`,
  };
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${TENANT}/oauth/token`, { method: "POST", headers, body: JSON.stringify(asked) });
  const { access_token } = await answer.json();
  await fetch(`${TENANT}/api/v2/users/${encodeURIComponent(event.user.user_id)}`, {
    method: "PATCH",
    headers: { ...headers, authorization: `Bearer ${access_token}` },
    body: JSON.stringify({ app_metadata: { auth0_password_probe_ran: true } }),
  });
};
