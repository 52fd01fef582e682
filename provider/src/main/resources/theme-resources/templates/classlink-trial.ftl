<#import "template.ftl" as layout>
<#macro value text><#if text == "***"><em>${msg("classlink.trial.masked")}</em><#elseif text == ""><em>${msg("classlink.trial.empty")}</em><#else>${text}</#if></#macro>
<@layout.registrationLayout displayMessage=false; section>
    <#if section = "header">
        ${msg("classlink.trial.title", providerName)}
    <#elseif section = "form">
        <link rel="stylesheet" href="${url.resourcesPath}/css/classlink-trial.css">
        <div id="classlink-trial" class="classlink-trial ${properties.kcFormClass!}" data-status="${trialStatus}">
            <#if trialStatus == "open">
                <p>${msg("classlink.trial.intro", providerName)}</p>
                <p>${msg("classlink.trial.shown", providerName)}</p>
                <form action="${trialUrl}" method="post">
                    <input type="hidden" name="key" value="${trialKey}">
                    <input type="hidden" name="form" value="${trialForm}">
                    <label class="classlink-trial-consent">
                        <input type="checkbox" name="consent" value="yes">
                        <span>${msg("classlink.trial.consent")}</span>
                    </label>
                    <button id="classlink-trial-start" type="submit"
                            class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}">${msg("classlink.trial.start", providerName)}</button>
                </form>
            <#elseif trialStatus == "done">
                <#assign last = trialSteps?last>
                <p class="classlink-trial-result classlink-trial-${last.status}">${msg("classlink.trial.result." + last.status)}</p>
                <ol class="classlink-trial-steps">
                    <#list trialSteps as step>
                        <#assign mapper = step.name?starts_with("mapper ")>
                        <li class="classlink-trial-step classlink-trial-${step.status}" data-step="${step.name}" data-status="${step.status}">
                            <h2>${msg("classlink.trial.step." + mapper?then("mapper", step.name))}<#if mapper> <q>${step.name?keep_after("mapper ")}</q></#if>
                                <span class="classlink-trial-status">${msg("classlink.trial.status." + step.status)}</span></h2>
                            <dl>
                                <#list step["values"] as name, text>
                                    <div><dt>${name}</dt><dd><@value text/></dd></div>
                                </#list>
                            </dl>
                        </li>
                    </#list>
                </ol>
                <button id="classlink-trial-copy" type="button" data-copied="${msg("classlink.trial.copied")}"
                        class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}">${msg("classlink.trial.copy")}</button>
                <p>${msg("classlink.trial.done")}</p>
                <textarea id="classlink-trial-report" readonly hidden><#list trialSteps as step>
${step.name}: ${step.status}
<#list step["values"] as name, text>  ${name}: ${text}
</#list></#list></textarea>
                <script src="${url.resourcesPath}/js/classlink-trial.js" defer></script>
            <#else>
                <p>${msg("classlink.trial.expired")}</p>
            </#if>
        </div>
    </#if>
</@layout.registrationLayout>
