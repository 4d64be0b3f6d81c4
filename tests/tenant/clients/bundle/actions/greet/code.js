exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim('https://example.com/greeting', `${event.secrets.GREETING}, ${event.user.name}`);
};
