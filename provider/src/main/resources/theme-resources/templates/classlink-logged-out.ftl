<#import "template.ftl" as layout>
<@layout.registrationLayout displayMessage=false; section>
    <#if section = "header">
        ${kcSanitize(msg("successLogout"))?no_esc}
    <#elseif section = "form">
        <div id="classlink-logged-out" class="${properties.kcFormClass!}">
            <div class="${properties.kcFormGroupClass!}">
                <p class="instruction">${msg("classlink.loggedOut.elsewhere", providerName)}</p>
                <p class="instruction">${msg("classlink.loggedOut.sharedDevice", providerName)}</p>
            </div>
            <div class="${properties.kcFormGroupClass!}">
                <a id="classlink-sign-out" rel="noreferrer" href="${signOutUrl}"
                   class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}">${msg("classlink.loggedOut.signOut", providerName)}</a>
            </div>
            <#if appUrl?has_content>
                <p class="${properties.kcFormGroupClass!}"><a id="classlink-back" href="${appUrl}">${kcSanitize(msg("backToApplication"))?no_esc}</a></p>
            </#if>
        </div>
    </#if>
</@layout.registrationLayout>
