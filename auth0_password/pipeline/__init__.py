"""The sign-in pipeline: `SOCIAL_AUTH_AUTH0_PIPELINE = auth0_password.pipeline.PIPELINE`.

social-auth's own steps, without linking by e-mail address (Auth0 does not link by address; a stranger's account at
another connection may carry yours), and with steps of ours. Only names: settings import this before any app is loaded.
"""

PIPELINE = (
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_names",
    "social_core.pipeline.social_auth.social_uid",
    "social_core.pipeline.social_auth.auth_allowed",
    "auth0_password.pipeline.steps.expect_subject",
    "social_core.pipeline.social_auth.social_user",
    "auth0_password.pipeline.steps.look_at_flag",
    "social_core.pipeline.user.get_username",
    "auth0_password.pipeline.steps.create_user_once",
    "social_core.pipeline.social_auth.load_extra_data",
    "social_core.pipeline.user.user_details",
    "auth0_password.pipeline.steps.bind_subject",
    "auth0_password.pipeline.steps.stamp_session",
)
