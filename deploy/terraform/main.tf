# Adds ClassLink to an existing realm with the provider keycloak/keycloak. See docs/install/terraform.md.
terraform {
  required_version = ">= 1.5"
  required_providers {
    keycloak = {
      source  = "keycloak/keycloak"
      version = ">= 5.0"
    }
  }
}

variable "realm" {
  type = string
}

variable "client_id" {
  type = string
}

variable "client_secret" {
  type      = string
  sensitive = true
}

variable "tenant_id" {
  type = string
}

resource "keycloak_oidc_identity_provider" "classlink" {
  realm             = var.realm
  alias             = "classlink"
  provider_id       = "classlink"
  display_name      = "ClassLink"
  client_id         = var.client_id
  client_secret     = var.client_secret
  authorization_url = "https://launchpad.classlink.com/oauth2/v2/auth"
  token_url         = "https://launchpad.classlink.com/oauth2/v2/token"
  default_scopes    = "openid profile email"
  store_token       = true
  sync_mode         = "FORCE"
  extra_config = {
    allowedTenants = var.tenant_id
  }
}

resource "keycloak_custom_identity_provider_mapper" "tenant" {
  realm                    = var.realm
  name                     = "classlink_tenant_id"
  identity_provider_alias  = keycloak_oidc_identity_provider.classlink.alias
  identity_provider_mapper = "classlink-user-attribute-mapper"
  extra_config = {
    syncMode      = "FORCE"
    jsonField     = "TenantId"
    userAttribute = "classlink_tenant_id"
  }
}

resource "keycloak_role" "teacher" {
  realm_id    = var.realm
  name        = "classlink-teacher"
  description = "Users with the ClassLink role Teacher"
}

resource "keycloak_custom_identity_provider_mapper" "teacher" {
  realm                    = var.realm
  name                     = "classlink-teacher"
  identity_provider_alias  = keycloak_oidc_identity_provider.classlink.alias
  identity_provider_mapper = "classlink-role-mapper"
  extra_config = {
    syncMode       = "FORCE"
    classlinkRoles = "Teacher"
    role           = keycloak_role.teacher.name
  }
}

resource "keycloak_custom_identity_provider_mapper" "group" {
  realm                    = var.realm
  name                     = "district and role"
  identity_provider_alias  = keycloak_oidc_identity_provider.classlink.alias
  identity_provider_mapper = "classlink-group-mapper"
  extra_config = {
    syncMode      = "FORCE"
    groupTemplate = "/districts/$${tenant_id}/$${role}"
  }
}

resource "keycloak_openid_client_scope" "token" {
  realm_id               = var.realm
  name                   = "classlink-token"
  description            = "Lets an app exchange its access token for the user's ClassLink token"
  include_in_token_scope = true
}

resource "keycloak_openid_client_scope" "roster" {
  realm_id               = var.realm
  name                   = "classlink-roster"
  description            = "Lets an app read rosters through Keycloak"
  include_in_token_scope = true
}
